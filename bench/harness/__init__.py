"""What the measurements of bench/ share: clips, peers, processes and figures."""
