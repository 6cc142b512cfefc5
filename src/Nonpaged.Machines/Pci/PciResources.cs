namespace Nonpaged.Machines.Pci;

/// <summary>
/// Ports and addresses that are still free on a bus. Each piece is aligned to its length, as base address registers demand.
/// </summary>
internal sealed class PciResources(uint firstPort, uint endOfPorts, uint firstAddress, uint endOfAddresses)
{
    private uint _nextPort = firstPort;
    private uint _nextAddress = firstAddress;

    public uint TakePorts(uint length) => Take(ref _nextPort, endOfPorts, length, "I/O ports");

    public uint TakeAddresses(uint length) => Take(ref _nextAddress, endOfAddresses, length, "addresses below 4 GiB");

    private static uint Take(ref uint next, uint end, uint length, string what)
    {
        ulong start = ((ulong)next + length - 1) & ~((ulong)length - 1);
        if (start + length > end)
        {
            throw new MachineException(
                $"A PCI function asks for {length} bytes of {what}, and only {end - next} are left.",
                "Choose another NIC model.");
        }

        next = (uint)(start + length);
        return (uint)start;
    }
}
