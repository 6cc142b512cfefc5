using System.CommandLine;
using Nonpaged.Machines.Vfio;

namespace Nonpaged.Cli;

/// <summary>The options of <c>run</c> for cards by VFIO.</summary>
internal sealed class VfioRunOptions
{
    private static readonly Dictionary<string, PciInterruptKind> s_kinds = new()
    {
        ["intx"] = PciInterruptKind.Line,
        ["msi"] = PciInterruptKind.Message,
        ["msi-x"] = PciInterruptKind.MessageX,
    };

    private readonly Option<string?> _interrupt = Options.Text(
        "--interrupt",
        string.Join('|', s_kinds.Keys),
        "With --machine vfio: how the card interrupts. Default: the first of these that it has.");

    public IEnumerable<Option> All => [_interrupt];

    /// <exception cref="CommandException">A value makes no sense.</exception>
    public RunRequest Read(ParseResult parsed, RunRequest request)
    {
        if (parsed.GetValue(_interrupt) is not { } name) return request;
        if (!s_kinds.TryGetValue(name, out PciInterruptKind kind))
        {
            throw new CommandException(
                $"--interrupt '{name}' is no kind of interrupt.",
                $"the kinds are {string.Join(", ", s_kinds.Keys)}",
                "write, say, --interrupt msi");
        }

        return request.Machine == MachineKind.Vfio ? request with { Interrupt = kind } : throw new CommandException(
            "--interrupt is for cards by VFIO; those of other machines interrupt by their INTx line.",
            "--machine, which is not vfio",
            "nonpaged run --machine vfio --device 0000:00:04.0 --interrupt msi");
    }
}
