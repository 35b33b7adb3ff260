"""Settings out of one option table: defaults, rotest.toml, environment, command line, with origins."""
