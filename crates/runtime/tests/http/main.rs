//! Every HTTP convention, over a real server, on a small service of notes.

#[cfg(test)]
mod commands;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod notes;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod reactions;
#[cfg(test)]
mod side_by_side;
