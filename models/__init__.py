"""Tables, rules, actions and queries of the procedure; no platform, no sentence, no clock."""
