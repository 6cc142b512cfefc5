using System.Text.Json;

namespace Nonpaged.Guest.Tests;

/// <summary>What a command in a guest left: its exit code, and what it wrote to both outputs.</summary>
internal sealed record GuestResult(string Command, int ExitCode, string Output)
{
    /// <summary>The output's last line, which must be a JSON object.</summary>
    public JsonElement Json
    {
        get
        {
            string line = Output.TrimEnd('\n').Split('\n')[^1];
            Assert.True(line.StartsWith('{'), $"no JSON from {this}");
            return JsonDocument.Parse(line).RootElement;
        }
    }

    public override string ToString() => $"\"{Command}\", which ended with {ExitCode} and wrote:\n{Output}";
}
