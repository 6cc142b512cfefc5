using System.Buffers;
using System.CommandLine;

namespace Nonpaged.Bench;

/// <summary>bench ours: what the processes do that this program starts of itself.</summary>
internal static class OursCommand
{
    private static readonly Argument<MemoryRung> s_rung = new("rung");
    private static readonly Argument<ulong> s_bytes = new("bytes");

    public static Command Create()
    {
        var populate = new Command("populate") { s_rung, s_bytes };
        populate.SetAction(parsed => OurPopulate.Serve(parsed.GetValue(s_rung), parsed.GetValue(s_bytes)));
        var translate = new Command("translate") { s_bytes };
        translate.SetAction(parsed => OurTranslate.Measure(parsed.GetValue(s_bytes)));
        var device = new Argument<string>("device");
        var group = new Argument<string>("group");
        var times = new Argument<int>("times");
        var cFirst = new Option<bool>("--c-first");
        var iova = new Command("iova") { device, group, s_rung, s_bytes, times, cFirst };
        iova.SetAction(parsed => OurIova.Map(
            parsed.GetValue(device)!, parsed.GetValue(group)!, parsed.GetValue(s_rung), parsed.GetValue(s_bytes),
            parsed.GetValue(times), parsed.GetValue(cFirst)));
        var iovaTranslate = new Command("iova-translate") { device, s_bytes };
        iovaTranslate.SetAction(parsed => OurIova.Translate(parsed.GetValue(device)!, parsed.GetValue(s_bytes)));
        return new Command("ours") { populate, translate, iova, iovaTranslate, Heap(), Xdp(), Frames() }.Hide();
    }

    private static Command Heap()
    {
        var allocator = new Argument<string>("allocator");
        var milliseconds = new Argument<double>("milliseconds");
        var jit = new Option<bool>("--jit");
        var heap = new Command("heap") { allocator, milliseconds, jit };
        heap.SetAction(parsed =>
        {
            double time = parsed.GetValue(milliseconds);
            bool isJit = parsed.GetValue(jit);
            return parsed.GetValue(allocator) switch
            {
                HeapContestants.Pool =>
                    new HeapChild<PoolBlocks, nint>(new PoolBlocks(NonpagedPool.Default), time, isJit).Serve(),
                HeapContestants.SizedPool =>
                    new HeapChild<SizedBlocks, nint>(new SizedBlocks(NonpagedPool.Default), time, isJit).Serve(),
                HeapContestants.DmaPool => new HeapChild<DmaBlocks, MemoryBlock>(new DmaBlocks(), time, isJit).Serve(),
                HeapContestants.FurtherPool => ServeFurtherPool(time, isJit),
                HeapContestants.NdisAllocateMemory => Serve(new NdisCalls(), time, isJit),
                HeapContestants.Lookaside => Serve(new LookasideCalls(), time, isJit),
                HeapContestants.Cyclic => Serve(new CyclicCalls(), time, isJit),
                HeapContestants.Stack => new HeapChild<StackBlocks, nint>(new StackBlocks(), time, isJit).Serve(),
                HeapContestants.NativeMemory => Serve(new NativeCalls(), time, isJit),
                HeapContestants.ArrayPool => new HeapChild<ArrayBlocks, byte[]>(new ArrayBlocks(), time, isJit).Serve(),
                HeapContestants.MemoryPool => ServeMemory(MemoryPool<byte>.Shared, time, isJit),
                HeapContestants.AsMemoryPool => ServeMemory(NonpagedPool.Default.AsMemoryPool(), time, isJit),
                string other => throw new BenchException($"There is no allocator \"{other}\"."),
                null => throw new BenchException("The allocator is missing."),
            };
        });
        return heap;
    }

    private static Command Xdp()
    {
        var mode = new Argument<string>("mode");
        var interfaceName = new Argument<string>("interface");
        var seconds = new Argument<double>("seconds");
        var bytes = new Argument<int>("bytes");
        var warmUp = new Option<double>("--warm-up") { Description = "So many seconds before, which do not count." };
        var xdp = new Command("xdp") { mode, interfaceName, seconds, bytes, warmUp };
        xdp.SetAction(parsed => OurXdp.Run(
            new XdpCase(parsed.GetValue(mode)!, parsed.GetValue(bytes)), parsed.GetValue(interfaceName)!,
            parsed.GetValue(seconds), parsed.GetValue(warmUp)));
        return xdp;
    }

    private static Command Frames()
    {
        var milliseconds = new Argument<double>("milliseconds");
        var isUnchecked = new Option<bool>("--unchecked");
        var frames = new Command("frames") { milliseconds, isUnchecked };
        frames.SetAction(parsed => OurFrames.Serve(!parsed.GetValue(isUnchecked), parsed.GetValue(milliseconds)));
        return frames;
    }

    private static int Serve<TCalls>(TCalls calls, double time, bool isJit)
        where TCalls : struct, ICalls =>
        new HeapChild<AddressBlocks<TCalls>, nint>(new AddressBlocks<TCalls>(calls), time, isJit).Serve();

    private static int ServeMemory(MemoryPool<byte> pool, double time, bool isJit) =>
        new HeapChild<MemoryBlocks, IMemoryOwner<byte>>(new MemoryBlocks(pool), time, isJit).Serve();

    private static int ServeFurtherPool(double time, bool isJit)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "further" });
        return new HeapChild<PoolBlocks, nint>(new PoolBlocks(pool), time, isJit).Serve();
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }
}
