"""A simulated customer: goals as wanted end states, talked for over HTTP, judged by the shop."""
