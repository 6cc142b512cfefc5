using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>The XDP program of an interface, as JSON.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name; null where it has none, or this process may not ask.</param>
/// <param name="Mode">"native" or "generic"; null where it runs in the device.</param>
internal sealed record XdpProgramDocument(int Id, string? Name, string? Mode)
{
    public static XdpProgramDocument? From(XdpInterface on) => on.AttachedProgramId == 0
        ? null
        : new XdpProgramDocument(
            on.AttachedProgramId, on.FindAttachedProgramName(), on.AttachedMode?.ToString().ToLowerInvariant());

    public override string ToString() => $"number {Id}{(Name is null ? "" : $" \"{Name}\"")}{(Mode is null ? "" : $", {Mode}")}";
}
