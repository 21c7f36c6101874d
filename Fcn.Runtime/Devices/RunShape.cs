namespace Fcn.Devices;

// What a plan is made for.
internal readonly record struct RunShape(RunMode Mode, int Images, int Height, int Width)
{
    /// <exception cref="FcnException">A size is below 1 or beyond what arrays hold.</exception>
    public void Verify()
    {
        if (Images < 1 || Height < 1 || Width < 1)
            throw new FcnException($"A batch has at least 1 image of 1x1 pixels; got {Images} of {Height}x{Width}.");
        if ((Int128)Images * Height * Width > Array.MaxLength)
            throw new FcnException($"{Images} images of {Height}x{Width} have more than {Array.MaxLength} pixels. Split them up.");
    }

    public override string ToString() => $"{Images}x{Height}x{Width}";
}
