//! The product of two matrices, in registers: sixteen columns are one operation or a few of
//! whatever machine it is compiled for.

/// Numbers that are multiplied at once.
pub const LANES: usize = 16;
/// Rows and sets of columns of the result that are held in registers meanwhile.
const HIGH: usize = 4;
const WIDE: usize = 2;

/// How far it is in a matrix from a row to the next, and from a column to the next: a matrix is
/// turned by swapping them.
#[derive(Clone, Copy)]
pub struct Steps {
    /// To the next row.
    pub row: usize,
    /// To the next column.
    pub column: usize,
}

/// The steps of a matrix whose rows are so long.
pub const fn rows_of(length: usize) -> Steps {
    Steps {
        row: length,
        column: 1,
    }
}

/// The steps of the same matrix, turned.
pub const fn turned(length: usize) -> Steps {
    Steps {
        row: 1,
        column: length,
    }
}

/// Adds to `sum` the product of `left` and `right`; the rows of these two are `N` long, a multiple
/// of [`LANES`].
pub fn add_product<const N: usize>(left: &[f32], steps: Steps, right: &[f32], sum: &mut [f32]) {
    const { assert!(N.is_multiple_of(LANES)) };
    let right = right.as_chunks::<N>().0;
    let sum = sum.as_chunks_mut::<N>().0;
    for column in (0..N).step_by(WIDE * LANES) {
        let wide = column + WIDE * LANES <= N;
        for (block, sum) in sum.chunks_mut(HIGH).enumerate() {
            let left = &left[block * HIGH * steps.row..];
            match (<&mut [_; HIGH]>::try_from(&mut *sum), wide) {
                (Ok(sum), true) => tile::<N, HIGH, WIDE>(left, steps, right, sum, column),
                (Ok(sum), false) => tile::<N, HIGH, 1>(left, steps, right, sum, column),
                (Err(_), _) => {
                    for (row, sum) in sum.iter_mut().enumerate() {
                        let (left, sum) = (&left[row * steps.row..], std::array::from_mut(sum));
                        if wide {
                            tile::<N, 1, WIDE>(left, steps, right, sum, column);
                        } else {
                            tile::<N, 1, 1>(left, steps, right, sum, column);
                        }
                    }
                }
            }
        }
    }
}

/// A few rows and columns of it.
#[inline(always)]
fn tile<const N: usize, const H: usize, const W: usize>(
    left: &[f32],
    steps: Steps,
    right: &[[f32; N]],
    sum: &mut [[f32; N]; H],
    column: usize,
) {
    let mut held = [[[0.0; LANES]; W]; H];
    for (held, sum) in held.iter_mut().zip(sum.iter()) {
        let part = &sum[column..column + W * LANES];
        held.as_flattened_mut().copy_from_slice(part);
    }
    for (place, row) in right.iter().enumerate() {
        let sets = row[column..column + W * LANES].as_chunks::<LANES>().0;
        for (n, held) in held.iter_mut().enumerate() {
            let factor = left[n * steps.row + place * steps.column];
            for (held, set) in held.iter_mut().zip(sets) {
                for (held, &value) in held.iter_mut().zip(set) {
                    *held = fused(factor, value, *held);
                }
            }
        }
    }
    for (held, sum) in held.iter().zip(sum) {
        sum[column..column + W * LANES].copy_from_slice(held.as_flattened());
    }
}

/// A product and a sum in one, on machines that can; elsewhere it would be a call.
#[inline(always)]
fn fused(one: f32, other: f32, sum: f32) -> f32 {
    if cfg!(target_feature = "fma") {
        one.mul_add(other, sum)
    } else {
        one * other + sum
    }
}

/// The sum of the products of two rows.
pub fn dot<const N: usize>(one: &[f32; N], other: &[f32; N]) -> f32 {
    let mut held = [0.0; LANES];
    let sets = one.as_chunks::<LANES>().0.iter();
    for (one, other) in sets.zip(other.as_chunks::<LANES>().0) {
        for n in 0..LANES {
            held[n] = fused(one[n], other[n], held[n]);
        }
    }
    held.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes that fit neither the rows nor the columns of a tile.
    #[test]
    fn a_product_is_the_sum_of_products_turned_or_not() {
        const N: usize = 48;
        for (rows, length) in [(1, 1), (4, 7), (6, 24), (11, 3)] {
            let left: Vec<f32> = (0..rows * length).map(|n| (n % 7) as f32 - 3.0).collect();
            let right: Vec<f32> = (0..length * N).map(|n| (n % 11) as f32 - 5.0).collect();
            let mut across = vec![0.0; rows * length];
            for row in 0..rows {
                for column in 0..length {
                    across[column * rows + row] = left[row * length + column];
                }
            }
            let (mut sum, mut other) = (vec![1.0; rows * N], vec![1.0; rows * N]);
            add_product::<N>(&left, rows_of(length), &right, &mut sum);
            add_product::<N>(&across, turned(rows), &right, &mut other);
            for row in 0..rows {
                for column in 0..N {
                    let products =
                        (0..length).map(|n| left[row * length + n] * right[n * N + column]);
                    let whole = 1.0 + products.sum::<f32>();
                    let place = row * N + column;
                    assert_eq!((sum[place], other[place]), (whole, whole), "{row} {column}");
                }
            }
        }
    }

    #[test]
    fn a_row_by_a_row_is_one_number() {
        let one: [f32; 32] = std::array::from_fn(|n| n as f32);
        assert_eq!(dot(&one, &[2.0; 32]), 992.0);
    }
}
