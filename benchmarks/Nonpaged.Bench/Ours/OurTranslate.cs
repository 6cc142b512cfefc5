using System.Diagnostics;

namespace Nonpaged.Bench;

/// <summary>Our side of "translate": one call for addresses drawn at random from a block, in nanoseconds.</summary>
internal static unsafe class OurTranslate
{
    private const int Addresses = 1 << 16;
    private const int Repeats = 16;
    private const int Rounds = 50;

    public static int Measure(ulong bytes)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "bench" });
        return Measure(pool, bytes);
    }

    public static int Measure(NonpagedPool pool, ulong bytes)
    {
        MemoryBlock block = pool.Allocate(new MemoryRequest((nuint)bytes) { WholePages = true });
        nint[] addresses = Draw((nint)block.Address, bytes);
        double least = double.MaxValue;
        // More rounds than the runtime's own compiler needs to compile a hot loop for good.
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ulong sum = 0;
            for (int repeat = 0; repeat < Repeats; repeat++) sum += TranslateAll(pool, addresses);
            double time = Stopwatch.GetElapsedTime(start).TotalNanoseconds / ((double)Addresses * Repeats);
            if (sum == 0) throw new InvalidOperationException("Nothing was translated.");
            least = double.Min(least, time);
            Thread.Sleep(5);
        }

        Console.Out.WriteLine(Format.Number(least));
        return 0;
    }

    private static ulong TranslateAll(NonpagedPool pool, nint[] addresses)
    {
        ulong sum = 0;
        foreach (nint address in addresses)
        {
            if (pool.TryTranslate((void*)address, out PhysicalAddress physical)) sum += physical.Value;
        }

        return sum;
    }

    private static nint[] Draw(nint start, ulong bytes)
    {
        var random = new Random(1);
        nint[] addresses = new nint[Addresses];
        for (int i = 0; i < addresses.Length; i++) addresses[i] = start + (nint)(random.NextInt64((long)bytes) & ~7L);
        return addresses;
    }
}
