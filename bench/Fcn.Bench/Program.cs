// fcn-bench VERB …: what the scripts in bench/ measure of us. Every answer is one line of JSON.
using System.Globalization;
using Fcn;
using Fcn.Bench;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var options = new Options(args);
    return options.Verb switch
    {
        "forward" => Passes.Forward(options),
        "step" => Passes.Step(options),
        "generator" => GeneratorTimes.Run(options),
        "text" => GeneratorTimes.Text(options),
        "camvid" => CamVidRun.Run(options),
        _ => throw new FcnException(
            $"'{options.Verb}' is no verb. There are: forward NETWORK SIZE, step NETWORK SIZE, generator FILE…, text FILE…, camvid DATA OUT; " +
            "with --threads, --iterations, --serve, --labels (forward), --steps and --rate (camvid)."),
    };
}
catch (FcnException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
