using System.Globalization;
using Nonpaged.Ndis.Native;

namespace Nonpaged.Cli;

/// <summary>Shows a C driver's calls on standard error, a line each.</summary>
internal static class Tracing
{
    public static void Start(Screen screen, bool isJson)
    {
        var gate = new Lock();
        CallTrace.Traced = call =>
        {
            string line = isJson ? Json(call) : Text(call);
            lock (gate) screen.Say(line);
        };
    }

    private static string Text(TracedCall call)
    {
        IEnumerable<string> values = call.Values.Where(value => value.Key != "result")
            .Select(value => $"{value.Key}={value.Value}");
        string? result = call.Values.FirstOrDefault(value => value.Key == "result").Value;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{call.Time.TotalSeconds:0.000000} {call.Irql} {call.Function ?? "-"}: "
                + $"{call.Call}({string.Join(", ", values)}){(result is null ? "" : $" = {result}")}");
    }

    private static string Json(TracedCall call) => CliJson.Write(new TraceDocument(
        Math.Round(call.Time.TotalSeconds, 6), call.Driver, call.Function, call.Irql.ToString(), call.Call,
        call.Values.ToDictionary()));
}
