// Fcn.GpuCheck: proves and measures the generated CUDA code on a card. Exit: 0 all passed, 1 something failed, 2 no card, 3 wrong options.
using System.Globalization;
using Fcn;
using Fcn.GpuCheck;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Failed = 1, NoCard = 2, Misused = 3;
Settings settings;
try
{
    settings = Settings.Of(args);
}
catch (FcnException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return Misused;
}
try
{
    return settings.Start is null ? Run() : StartPart.Once(settings);
}
catch (FcnException refused)
{
    Console.Error.WriteLine(refused.Message);
    return Failed;
}

int Run()
{
    Directory.CreateDirectory(settings.Out);
    var deadline = new Deadline(settings.Budget);
    bool failed = false;
    OpenCard? card = null;
    foreach (string part in settings.Parts)
    {
        if (part is "ptx" or "report")
        {
            if (part == "ptx") PtxPart.Run(settings);
            else failed |= !Report.Write(settings.Out);
            continue;
        }
        string why = "";
        card ??= OpenCard.Open(settings, out why);
        if (card is null)
        {
            Console.Error.WriteLine($"There is no GPU to check: {why}.");
            return NoCard;
        }
        var findings = new Findings(part, settings.Out);
        Console.WriteLine($"== {part}");
        Part(part, findings, card, deadline);
        findings.Save();
        Console.WriteLine($"{part}: {findings.Checks} comparisons, {(findings.Failed ? "some FAILED" : "none failed")}");
        failed |= findings.Failed;
    }
    card?.Dispose();
    return failed ? Failed : 0;
}

void Part(string part, Findings findings, OpenCard card, Deadline deadline)
{
    try
    {
        switch (part)
        {
            case "card": CardPart.Run(findings, card, settings, deadline); break;
            case "ops": OpsPart.Run(findings, card, deadline); break;
            case "network": NetworkPart.Run(findings, card, settings, deadline); break;
            case "cpu": CpuPart.Run(findings, card, settings, deadline); break;
            case "train": TrainPart.Run(findings, card, settings, deadline); break;
            case "measure": MeasurePart.Run(findings, card, settings, deadline, kernels: false); break;
            case "kernels": MeasurePart.Run(findings, card, settings, deadline, kernels: true); break;
            case "start": StartPart.Run(findings, settings, deadline); break;
            default: throw new InvalidOperationException(part);
        }
    }
    catch (FcnException refused)
    {
        findings.Fail("the whole part", "", refused.Message);
    }
}
