"""The Bits tab."""
