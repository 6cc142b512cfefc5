using System.CommandLine;

namespace Nonpaged.Bench;

/// <summary>bench ours: what the processes do that this program starts of itself.</summary>
internal static class OursCommand
{
    private static readonly Argument<MemoryRung> s_rung = new("rung");
    private static readonly Argument<ulong> s_bytes = new("bytes");

    public static Command Create()
    {
        var populate = new Command("populate") { s_rung, s_bytes };
        populate.SetAction(parsed => OurPopulate.Serve(parsed.GetValue(s_rung), parsed.GetValue(s_bytes)));
        var translate = new Command("translate") { s_bytes };
        translate.SetAction(parsed => OurTranslate.Measure(parsed.GetValue(s_bytes)));
        return new Command("ours") { populate, translate }.Hide();
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
