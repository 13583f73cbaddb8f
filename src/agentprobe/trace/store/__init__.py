"""Many traces: found, searched and counted by an index that can always be made anew from the files."""
