namespace Fcn.Tests.Ptx;

// The lane maps of the matrix units said the other way round: given row and column, which lane holds the element, and where.
// "Item" counts a lane's elements: with 16-bit elements two share a register, the first in its low half.
// Source: the element tables of the PTX ISA for m16n8k16 (.bf16), m16n8k8 (.f16/.bf16, .tf32), as tinygrad's Python device states them.
internal static class Fragments
{
    public static (int Lane, int Item) A16(int row, int k) => (row % 8 * 4 + k % 8 / 2, k % 2 + row / 8 * 2 + k / 8 * 4);

    public static (int Lane, int Item) B16(int k, int column) => (column * 4 + k % 8 / 2, k % 2 + k / 8 * 2);

    public static (int Lane, int Item) ATf32(int row, int k) => (row % 8 * 4 + k % 4, row / 8 + k / 4 * 2);

    public static (int Lane, int Item) BTf32(int k, int column) => (column * 4 + k % 4, k / 4);

    public static (int Lane, int Item) C(int row, int column) => (row % 8 * 4 + column / 2, column % 2 + row / 8 * 2);
}
