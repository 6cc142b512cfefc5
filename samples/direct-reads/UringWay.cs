namespace DirectReads;

/// <summary>Direct reads by io_uring, on one thread.</summary>
/// <param name="name">What the table calls it.</param>
/// <param name="allocate">What the reads go to.</param>
/// <param name="registered">The memory is registered first.</param>
internal sealed unsafe class UringWay(string name, Func<int, ReadBuffers> allocate, bool registered) : Way(name)
{
    public override Sample Measure(TestFile file, int length, int seed, TimeSpan time)
    {
        using ReadBuffers buffers = allocate(Depth * length);
        using var ring = new IoUring(Depth);
        if (registered) ring.Register(buffers.Start, (nuint)buffers.Length);
        var random = new Random(seed);
        int descriptor = (int)file.Uncached!.DangerousGetHandle();
        long* offsets = stackalloc long[Depth];
        long reads = 0;
        int underWay = 0, failed = 0;
        var clock = new Clock(time);
        for (int slot = 0; slot < Depth; slot++) Start(slot);
        while (underWay > 0)
        {
            ring.SubmitAndWait();
            bool goesOn = failed == 0 && !clock.IsOver;
            while (ring.TryReap(out int slot, out int result))
            {
                underWay--;
                // The memory may be freed only after all reads have ended, those that fail included.
                if (result != length || !TestFile.IsRight(Block(slot), offsets[slot])) (failed, goesOn) = (result, false);
                reads++;
                if (goesOn) Start(slot);
            }
        }

        Sample sample = clock.End(reads);
        return failed == 0 ? sample : throw new IOException($"io_uring read wrong data, or none: result {failed}.");

        ReadOnlySpan<byte> Block(int slot) => new(buffers.Start + (slot * length), length);

        void Start(int slot)
        {
            offsets[slot] = file.Pick(random, length);
            ring.Queue(descriptor, offsets[slot], buffers.Start + (slot * length), length, registered, slot);
            underWay++;
        }
    }
}
