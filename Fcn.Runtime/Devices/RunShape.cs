namespace Fcn.Devices;

// What a plan is made for.
internal readonly record struct RunShape(RunMode Mode, int Images, int Height, int Width, int Head = 0)
{
    /// Pixels along a side: kernels count those of a row, times the channels that lie together, in 32 bits.
    public const int MaxSide = 1 << 20;

    /// The schedule's name: that of the mode, with a head's behind it where it is not the first. Training runs all heads.
    public string ScheduleOf(NetworkSummary network) => Head == 0 ? Mode.ToString() : $"{Mode}.{network.Heads[Head].Name}";

    /// <exception cref="FcnException">A size is below 1, or beyond what kernels count or arrays hold.</exception>
    public void Verify()
    {
        if (Images < 1 || Height < 1 || Width < 1)
            throw new FcnException($"A batch has at least 1 image of 1x1 pixels; got {Images} of {Height}x{Width}.");
        if (Height > MaxSide || Width > MaxSide)
            throw new FcnException($"Images have at most {MaxSide} pixels on a side; got {Height}x{Width}. Cut them into pieces.");
        if ((Int128)Images * Height * Width > Extents.MostCounted)
            throw new FcnException($"{Images} images of {Height}x{Width} have more than {Extents.MostCounted} pixels. Split them up.");
    }

    public override string ToString() => $"{Images}x{Height}x{Width}";
}
