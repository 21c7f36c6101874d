// Batches → updates of a network's weights. Caffe: solver.cpp Step, sgd_solver.cpp ApplyUpdate.
using System.Diagnostics;
using Fcn.Data;

namespace Fcn.Training;

sealed class Solver(Network network, BatchSource batches, TrainerSettings settings)
{
    // Keeps dropout's random streams apart from those of data order and augmentation, which may have the same seed.
    const long DropoutKey = 2;

    readonly LossAverage pixelLosses = new(settings.LossWindow);
    readonly Stopwatch clock = new();
    long imagesTimed;

    // An image that was trained on, in memory of its own: that of its batch is used again. What was trained on fits into memory.
    InputBatch? known;

    // True while an update runs, and for ever where it failed: weights and momentum are of two iterations then, not to be saved.
    public bool IsTorn { get; private set; }

    // Per labelled pixel, whatever the settings make of it; NaN before there were as many updates as it is averaged over.
    public double PixelLoss => pixelLosses.IsFull ? pixelLosses.Mean : double.NaN;

    public double ImagesPerSecond => clock.ElapsedTicks == 0 ? 0 : imagesTimed / clock.Elapsed.TotalSeconds;

    // The loss that the update after so many was made from, as the settings weigh it. Where it is not finite, or anything fails before the
    // update, weights and position of the batches stay as they were.
    public double Step(long iteration)
    {
        long position = batches.Position;
        clock.Start();
        try
        {
            double loss = Gradients(iteration);
            if (!double.IsFinite(loss))
            {
                batches.Seek(position);
                return loss;
            }
            IsTorn = true;
            network.Engine.Update(settings.Solver.Step(iteration));
            IsTorn = false;
            return loss;
        }
        catch when (!IsTorn)
        {
            batches.Seek(position);
            throw;
        }
        finally
        {
            clock.Stop();
        }
    }

    // Whether one image has finite scores under the weights as they are now. Weights alone do not tell: finite ones may overflow.
    public bool HasFiniteScores()
    {
        try
        {
            if (known is not null) network.Engine.Segment(known, new byte[known.Height * known.Width]);
        }
        catch (NotFiniteException)
        {
            return false;
        }
        catch (FcnException)
        {
            // A network that cannot run now, for want of memory say, is not lost for that: its values are looked at when they are written.
        }
        return true;
    }

    public void RestartClock()
    {
        clock.Reset();
        imagesTimed = 0;
    }

    double Gradients(long iteration)
    {
        SolverSettings solver = settings.Solver;
        (double loss, double sum, long pixels) = (0, 0, 0);
        for (int part = 0; part < solver.Accumulate; part++)
        {
            Batch batch = batches.Next();
            long valid = batch.Labelled;
            double scale = solver.LossScale(batch.Input.Images, valid);
            ulong seed = new RandomStream(settings.Seed, iteration, part, DropoutKey).Next();
            double summed = network.Engine.Backward(batch.Input, batch.LabelsOfHeads, new BackwardStep((float)scale, seed, First: part == 0));
            known ??= FirstImage(batch.Input);
            (loss, sum, pixels) = (loss + scale * summed, sum + summed, pixels + valid);
            imagesTimed += batch.Input.Images;
        }
        pixelLosses.Add(sum / Math.Max(1, pixels));
        return loss / solver.Accumulate;
    }

    static InputBatch FirstImage(InputBatch batch) =>
        batch with { Images = 1, Inputs = [.. batch.Inputs.Select(i => i with { Pixels = i.Pixels[..(batch.Height * batch.Width * i.Channels)] })] };
}
