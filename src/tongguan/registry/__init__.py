"""Who may file what: parties, certificates, guarantees, sites and account books, as a folder and as a snapshot."""
