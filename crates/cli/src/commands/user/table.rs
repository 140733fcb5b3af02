//! Rows as aligned columns.

/// Lines of columns two spaces apart, without trailing spaces; the first row is the header.
pub(super) fn lines<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> String {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows =
            [["NAME", "SHOWN", "X"], ["élise", "É", ""], ["jo", "Jo Doe", "1"]].map(|row| row.map(str::to_owned));
        assert_eq!(lines(&rows), "NAME   SHOWN   X\nélise  É\njo     Jo Doe  1\n");
    }
}
