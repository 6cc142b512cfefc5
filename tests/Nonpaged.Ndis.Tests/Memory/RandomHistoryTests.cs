using System.Runtime.InteropServices;
using CsCheck;

namespace Nonpaged.Ndis.Tests.Memory;

/// <summary>
/// Random calls of all families, good and bad, against a model that knows only the list of blocks, their
/// contents and how often it lied.
/// </summary>
public sealed unsafe class RandomHistoryTests(ITestOutputHelper output)
{
    private static readonly long[] s_limits = [-1, -1, 0xffffffff, 0x00ffffff, 0x000fffff, 0x0003ffff];

    private static readonly Gen<Step> s_step = Gen.Select(
        Gen.Int[0, 12], Gen.OneOf(Gen.Int[1, 300], Gen.Int[1, 9000], Gen.Int[1, 600_000]), Gen.Int[0, 3],
        Gen.Int[0, s_limits.Length - 1], Gen.Int[0, int.MaxValue],
        (kind, length, flags, limit, pick) => new Step(kind, (uint)length, (uint)flags, s_limits[limit], pick));

    [Theory]
    [InlineData(NdisProfile.Ddk)]
    [InlineData(NdisProfile.Ce3)]
    [InlineData(NdisProfile.Ce5)]
    public void Random_calls_keep_limits_and_contents_report_each_bad_free_and_give_all_memory_back(NdisProfile profile) =>
        s_step.Array[1, 150].Sample(steps => Run(profile, steps), iter: 60, writeLine: output.WriteLine);

    private static void Run(NdisProfile profile, Step[] steps)
    {
        using var bench = new MemoryBench(new NdisOptions { Profile = profile }, ram: 24 << 20);
        var model = new List<Block>();
        int lies = 0;
        bench.Run(() =>
        {
            foreach (Step step in steps)
            {
                if (step.Kind < 6) Allocate(bench, profile, step, model);
                else if (model.Count > 0) lies += Free(step, model);
                Assert.Equal(lies, bench.Ndis.Reports.Sum(report => report.Count));
                Assert.Equal(model.Count, bench.Ndis.Outstanding.Count);
            }

            while (model.Count > 0) Free(new Step(6, 0, 0, 0, 0), model);
        });
        Assert.Equal(lies, bench.Ndis.Reports.Sum(report => report.Count));
        bench.AssertAllFree();
    }

    private static void Allocate(MemoryBench bench, NdisProfile profile, Step step, List<Block> model)
    {
        void* address = null;
        ulong limit = ulong.MaxValue;
        bool isZeroed = true;
        switch (step.Kind)
        {
            case 0:
                address = LocalAlloc(LPTR, step.Length);
                break;
            case 1:
                address = VirtualAlloc(null, step.Length, MEM_COMMIT, PAGE_READWRITE);
                break;
            case 2:
                address = AllocPhysMem(step.Length, PAGE_READWRITE, 0, 0, out uint physical);
                limit = uint.MaxValue;
                Assert.Equal(physical, (uint)MmGetPhysicalAddress(address).QuadPart);
                break;
            default:
                NDIS_STATUS status = NdisAllocateMemory(
                    out address, step.Length, step.Flags, new NDIS_PHYSICAL_ADDRESS(step.Limit));
                Assert.Equal(status == NDIS_STATUS_SUCCESS, address != null);
                if (profile == NdisProfile.Ce5 && (step.Flags & NDIS_MEMORY_CONTIGUOUS) != 0)
                    Assert.Equal(NDIS_STATUS_FAILURE, status);
                limit = (ulong)step.Limit;
                isZeroed = step.Flags != 0 || step.Limit != -1;
                break;
        }

        if (address == null) return;
        Assert.DoesNotContain(
            model,
            other => (nint)address < other.Address + (nint)other.Length && other.Address < (nint)address + (nint)step.Length);
        Assert.All(bench.Pool.GetPhysicalRanges(address, step.Length), range => Assert.True(range.Last!.Value.Value <= limit));
        if (isZeroed) Assert.Equal(-1, new Span<byte>(address, (int)step.Length).IndexOfAnyExcept((byte)0));
        byte pattern = (byte)(step.Pick | 1);
        NativeMemory.Fill(address, step.Length, pattern);
        model.Add(new Block((nint)address, step.Length, step.Kind, step.Flags, pattern));
    }

    /// <summary>Frees a block, some with a lie. Returns how many reports that must have made.</summary>
    private static int Free(Step step, List<Block> model)
    {
        int index = step.Pick % model.Count;
        Block block = model[index];
        byte* address = (byte*)block.Address;
        Assert.Equal(-1, new Span<byte>(address, (int)block.Length).IndexOfAnyExcept(block.Pattern));
        switch (step.Kind)
        {
            case 7 when block.Length > 1:
                NdisFreeMemory(address + 1, block.Length, block.Flags);
                return 1;
            case 8:
                NdisFreeMemory((void*)(nint)(step.Pick | 1), block.Length, block.Flags);
                return 1;
        }

        model.RemoveAt(index);
        switch (step.Kind)
        {
            case 9 when block.Kind >= 3:
                NdisFreeMemory(address, block.Length + 1, block.Flags);
                return 1;
            case 10 when block.Kind >= 3:
                NdisFreeMemory(address, block.Length, block.Flags ^ 1);
                return 1;
            case 11 when block.Kind != 0:
                LocalFree(address);
                return 1;
            case 12:
                FreeRight(block);
                FreeRight(block);
                return 1;
            default:
                FreeRight(block);
                return 0;
        }
    }

    private static void FreeRight(Block block)
    {
        void* address = (void*)block.Address;
        switch (block.Kind)
        {
            case 0:
                LocalFree(address);
                break;
            case 1:
                VirtualFree(address, 0, MEM_RELEASE);
                break;
            case 2:
                FreePhysMem(address);
                break;
            default:
                NdisFreeMemory(address, block.Length, block.Flags);
                break;
        }
    }

    private sealed record Step(int Kind, uint Length, uint Flags, long Limit, int Pick);

    private sealed record Block(nint Address, uint Length, int Kind, uint Flags, byte Pattern);
}
