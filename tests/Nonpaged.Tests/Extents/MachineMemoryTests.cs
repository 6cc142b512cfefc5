namespace Nonpaged.Tests.Extents;

/// <summary>Memory that a machine hands in, where it is mapped.</summary>
public sealed unsafe class MachineMemoryTests
{
    private const ulong GiB = 1UL << 30;

    [Fact]
    public void A_virtual_address_cut_to_32_bits_is_never_the_physical_one()
    {
        using var ram = new MachineRam(2 * GiB);
        var pools = new List<NonpagedPool>();
        try
        {
            // Where places follow each other, one in four of these would be alike.
            for (int count = 0; count < 12; count++)
            {
                NonpagedPool pool = ram.Pool([new MemoryPiece(GiB, GiB, new PhysicalAddress(GiB))], verify: false);
                pools.Add(pool);
                MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Contiguous = true });
                ulong physical = block.PhysicalAddress!.Value.Value;
                Assert.NotEqual((uint)physical, (uint)block.Address);
                // What is aligned physically is so virtually, as before.
                Assert.Equal(physical % GiB, (ulong)block.Address % GiB);
            }
        }
        finally
        {
            pools.ForEach(pool => pool.Dispose());
        }
    }
}
