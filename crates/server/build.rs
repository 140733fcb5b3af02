//! Makes sure that there is a client to build in: a plain page says so when none was built yet.

use std::path::Path;

const NOT_BUILT: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>Aracari</title>
<h1>The client is not built</h1>
<p>This server was compiled before its client. Run <code>make run</code>, or build the client in <code>web</code> and
compile again. The interface under <code>api/v1</code> works all the same.</p>
</html>
";

fn main() -> std::io::Result<()> {
    let dist = Path::new("../../web/client/dist");
    let index = dist.join("index.html");
    if !index.exists() {
        std::fs::create_dir_all(dist)?;
        std::fs::write(&index, NOT_BUILT)?;
    }
    println!("cargo::rerun-if-changed={}", dist.display());
    Ok(())
}
