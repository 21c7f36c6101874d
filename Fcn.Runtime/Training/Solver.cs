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

    // The last that was trained on; its memory is used again by the next.
    Batch? batch;

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

    // The summed loss of the last batch under the weights as they are now; 0 before the first. The next step makes its gradients anew.
    public double LossNow() =>
        batch is null ? 0 : network.Engine.Backward(batch.Input, batch.Labels, new BackwardStep(LossScale: 0, Seed: 0, First: true));

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
            batch = batches.Next();
            long valid = batch.Labels.Length - batch.Labels.Count(LabelMap.Ignore);
            double scale = solver.LossScale(batch.Input.Images, valid);
            ulong seed = new RandomStream(settings.Seed, iteration, part, DropoutKey).Next();
            double summed = network.Engine.Backward(batch.Input, batch.Labels, new BackwardStep((float)scale, seed, First: part == 0));
            (loss, sum, pixels) = (loss + scale * summed, sum + summed, pixels + valid);
            imagesTimed += batch.Input.Images;
        }
        pixelLosses.Add(sum / Math.Max(1, pixels));
        return loss / solver.Accumulate;
    }
}
