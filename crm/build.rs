//! Puts the built page into the program: a table of the files below `page/dist`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where we are"));
    let dist = here.join("page/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    below(&dist, &mut files);
    files.sort();
    let mut table = "&[\n".to_owned();
    for file in &files {
        let inside = file.strip_prefix(&dist).expect("it was found there");
        // An address has slashes, whatever the machine's paths have.
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let path = format!("/{}", parts.join("/"));
        let write = writeln!(table, "    ({path:?}, include_bytes!({file:?})),");
        write.expect("a text takes what is written");
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    fs::write(out.join("page.rs"), table).expect("cargo's folder can be written to");
}

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            below(&path, files);
        } else {
            files.push(path);
        }
    }
}
