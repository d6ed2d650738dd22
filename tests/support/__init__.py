"""What the tests share: servers, processes, data, and the truth to compare with."""
