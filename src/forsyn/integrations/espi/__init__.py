"""Consumption as ESPI ("Green Button"), the energy-data standard of NAESB REQ.21."""
