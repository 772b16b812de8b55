//! The linker keeps what the splitter needs to take the module apart (scripts/site.mjs).

fn main() {
    println!("cargo::rustc-link-arg-cdylib=--emit-relocs");
    println!("cargo::rerun-if-changed=build.rs");
}
