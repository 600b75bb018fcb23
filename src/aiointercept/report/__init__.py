"""The traffic page: the requests and responses of mocks as HAR, rendered for people to read."""
