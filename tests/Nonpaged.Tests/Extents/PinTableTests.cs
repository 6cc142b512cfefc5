using System.Runtime.InteropServices;

namespace Nonpaged.Tests.Extents;

[Collection("host memory")]
public sealed unsafe class PinTableTests
{
    // Of one ring.
    private const int Slots = 256;

    [Fact]
    public void A_further_ring_takes_the_pins_that_the_first_has_no_slot_for()
    {
        const int count = 2 * Slots + 1;
        Host.AssertSoon(() => Host.CountDescriptors() == 0, "Another test's ring is still open.");
        long before = MemlockBudget.Pinned;
        byte* memory = (byte*)NativeMemory.AlignedAlloc(count * Page.Size, Page.Size);
        using (var table = new PinTable())
        {
            var pins = new List<RingPin>();
            for (int i = 0; i < count; i++) pins.Add(Pinned(table, memory + i * Page.Size));
            Assert.Equal(3, Host.CountDescriptors());
            Assert.Equal(before + count * Page.Size + 3 * MemlockBudget.RingCharge, MemlockBudget.Pinned);

            // Slots of every ring are used again.
            for (int i = 0; i < count; i += 2) pins[i].Dispose();
            for (int i = 0; i < count; i += 2) pins[i] = Pinned(table, memory + i * Page.Size);
            Assert.Equal(3, Host.CountDescriptors());
            pins.ForEach(pin => pin.Dispose());
            Assert.Equal(before + 3 * MemlockBudget.RingCharge, MemlockBudget.Pinned);
        }

        Host.AssertSoon(() => Host.CountDescriptors() == 0, "A ring is still open.");
        Assert.Equal(before, MemlockBudget.Pinned);
        NativeMemory.AlignedFree(memory);
    }

    private static RingPin Pinned(PinTable table, byte* page)
    {
        RingPin? pin = table.TryPin((nuint)page, Page.Size, out AllocationFailure? failure);
        Assert.True(pin is not null, failure?.Reason);
        return pin;
    }
}
