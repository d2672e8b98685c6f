"""What recognition does less of on a slow machine."""
