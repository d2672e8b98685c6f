"""The Doctor: looks at everything Parley needs of the machine and says, for each, how it is and how to mend it."""
