using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli;

/// <summary>
/// Where the bytes of a machine's RAM file lie in the machine's physical address space, as far as that is known from outside.
/// </summary>
internal sealed class MachineRam
{
    private readonly IReadOnlyList<MemoryPiece>? _layout;

    public MachineRam(IEnumerable<PoolMapping> mappings)
    {
        PoolMapping[] all = [.. mappings];
        // A pool leaves out page 0 and the legacy hole, but maps the file up to its end, which its layout depends on.
        ulong length = all.Max(mapping => mapping.Offset + (mapping.End - mapping.Start));
        bool isQemu = QemuRam.FileName.EndsWith($":{all[0].Pool}:{all[0].Rung}", StringComparison.Ordinal);
        _layout = isQemu ? QemuRam.Layout(length) : null;
    }

    public MapAddresses Addresses => _layout is null ? MapAddresses.File : MapAddresses.Machine;

    /// <summary>The address of a byte of the file, or null where the machine has none for it.</summary>
    public ulong? AddressOf(ulong offset)
    {
        if (_layout is null) return offset;
        foreach (MemoryPiece piece in _layout)
        {
            if (offset >= piece.Offset
                && offset - piece.Offset < piece.Length)
            {
                return piece.Start.Value + (offset - piece.Offset);
            }
        }

        return null;
    }
}
