namespace Nonpaged.Cli;

/// <summary>How options and output name what a block needs or got of a pin.</summary>
internal static class PinName
{
    /// <summary>What a request may demand, for an error.</summary>
    public const string Demands = "where-possible, any, long-term, none";

    public static string Of(PinDemand demand) => demand switch
    {
        PinDemand.Any => "any",
        PinDemand.LongTerm => "long-term",
        PinDemand.None => "none",
        _ => "where-possible",
    };

    public static string Of(PinKind kind) => PinPolicy.NameOf(kind);

    /// <exception cref="CommandException">The text is no demand.</exception>
    public static PinDemand Parse(string? text) => text switch
    {
        null or "where-possible" => PinDemand.WherePossible,
        "any" => PinDemand.Any,
        "long-term" => PinDemand.LongTerm,
        "none" => PinDemand.None,
        _ => throw new CommandException(
            $"--pin '{text}' is no demand for a pin.", $"it is one of {Demands}", "write, say, --pin long-term"),
    };
}
