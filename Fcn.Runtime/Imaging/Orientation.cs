namespace Fcn.Imaging;

/// <summary>Where the first row and the first column of the stored pixels belong on the photograph: EXIF's tag 274.</summary>
public enum Orientation
{
    /// <summary>The pixels are stored as they are seen.</summary>
    TopLeft = 1,

    /// <summary>Mirrored from left to right.</summary>
    TopRight = 2,

    /// <summary>Upside down.</summary>
    BottomRight = 3,

    /// <summary>Mirrored from top to bottom.</summary>
    BottomLeft = 4,

    /// <summary>Rows and columns exchanged.</summary>
    LeftTop = 5,

    /// <summary>To be turned clockwise by a quarter.</summary>
    RightTop = 6,

    /// <summary>Rows and columns exchanged and upside down.</summary>
    RightBottom = 7,

    /// <summary>To be turned anticlockwise by a quarter.</summary>
    LeftBottom = 8,
}
