"""Invoices and credit notes to companies and public buyers, as OIOUBL 2.1 and Peppol BIS Billing 3."""
