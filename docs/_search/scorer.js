// How the search of the site sorts what it finds: pages for users before pages about the project.
const PROJECT = /^(decisions\/|architecture$|changelog$|contributing$|discoveries$|reliability$)/;

var Scorer = {
  score: ([page, , , , score]) => (PROJECT.test(page) ? score - 20 : score),

  // The rest is as in Sphinx.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
