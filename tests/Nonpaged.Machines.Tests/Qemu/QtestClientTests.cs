using System.Collections.Concurrent;
using CsCheck;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class QtestClientTests
{
    [Fact]
    public void A_port_write_returns_when_the_device_has_acted_and_a_series_of_them_when_it_has_on_the_last()
    {
        using var peer = new QtestPeer();
        var write = Task.Run(() => peer.Client.Write("outb"u8, 0xc000, 7));
        Assert.Equal("outb 0xc000 0x7", peer.ReadLine());
        Assert.False(write.Wait(50));
        peer.Answer("OK\n");
        Wait(write);

        var series = Task.Run(() => peer.Client.WriteSeries<ushort>("outw"u8, 0xc010, [1, 2, 3]));
        Assert.Equal(
            ["outw 0xc010 0x1", "outw 0xc010 0x2", "outw 0xc010 0x3"], Enumerable.Range(0, 3).Select(_ => peer.ReadLine()));
        peer.Answer("OK\nOK\n");
        Assert.False(series.Wait(50));
        peer.Answer("OK\n");
        Wait(series);
    }

    [Fact]
    public void A_flush_waits_for_what_was_posted_and_for_nothing_else()
    {
        using var peer = new QtestPeer();
        peer.Client.Flush();
        peer.Client.Post("outb"u8, 0xc000, 7);
        var flush = Task.Run(peer.Client.Flush);
        Assert.Equal("outb 0xc000 0x7", peer.ReadLine());
        Assert.Equal("inb 0x80", peer.ReadLine());
        Assert.False(flush.Wait(50));
        peer.Answer("OK\nOK 0x0000000000000000\n");
        Wait(flush);
    }

    [Fact]
    public void A_handler_of_an_interrupt_must_not_wait_for_the_hardware_whichever_thread_runs_it()
    {
        // The interrupt comes ahead of an answer, so that either the reader thread or the one that asks takes it in.
        var refused = new ConcurrentBag<bool>();
        QtestClient? client = null;
        using var peer = new QtestPeer((_, _) =>
        {
            refused.Add(Record.Exception(() => client!.Read("inl"u8, 2)) is InvalidOperationException);
            refused.Add(client!.IsInHandler);
        });
        client = peer.Client;
        for (int round = 0; round < 50; round++)
        {
            Task<ulong> read = Task.Run(() => client.Read("inl"u8, 3));
            peer.ReadLine();
            peer.Answer("IRQ raise 20\nOK 0x0000000000000007\n");
            Assert.Equal(7u, Wait(read));
        }

        Assert.Equal(100, refused.Count);
        Assert.DoesNotContain(false, refused);
        Assert.False(client.IsInHandler);
    }

    [Fact]
    public void A_posted_write_is_sent_at_once_and_waits_for_no_answer()
    {
        using var peer = new QtestPeer();
        peer.Client.Post("writel"u8, 0xe000_0038, 7);
        Assert.Equal("writel 0xe0000038 0x7", peer.ReadLine());
        peer.Client.Post("outb"u8, 0xcf8, 0);
        Assert.Equal("outb 0xcf8 0x0", peer.ReadLine());
    }

    [Fact]
    public void A_read_takes_the_answer_that_is_its_own()
    {
        using var peer = new QtestPeer();
        peer.Client.Post("writel"u8, 1, 1);
        peer.Client.Post("writel"u8, 2, 2);
        Task<ulong> read = Task.Run(() => peer.Client.Read("readl"u8, ulong.MaxValue));
        Assert.Equal(
            ["writel 0x1 0x1", "writel 0x2 0x2", "readl 0xffffffffffffffff"],
            Enumerable.Range(0, 3).Select(_ => peer.ReadLine()));

        peer.Answer("OK\nOK\n");
        Assert.False(read.Wait(50));
        peer.Answer("OK 0x00000000deadbeef\n");
        Assert.Equal(0xdead_beef, Wait(read));
    }

    [Fact]
    public void Answers_cut_at_any_byte_are_put_together() =>
        Gen.Int[1, 40].Array[1, 30].Sample(static cuts =>
        {
            var interrupts = new List<(uint, bool)>();
            using var peer = new QtestPeer((vector, raised) => interrupts.Add((vector, raised)));
            peer.Client.Post("outl"u8, 1, 1);
            Task<ulong> read = Task.Run(() => peer.Client.Read("inl"u8, 2));
            peer.ReadLine();
            peer.ReadLine();
            string rest = "IRQ raise 20\nOK\nIRQ lower 20\nIRQ raise 3\nOK 0x0000000000001234\n";
            for (int i = 0; rest.Length > 0; i++)
            {
                int length = Math.Min(cuts[i % cuts.Length], rest.Length);
                peer.Answer(rest[..length]);
                rest = rest[length..];
            }

            return Wait(read) == 0x1234 && interrupts.SequenceEqual([(20u, true), (20u, false), (3u, true)]);
        });

    [Theory]
    [InlineData("FAIL Unknown command\n")]
    [InlineData("\n")]
    [InlineData("OKAY\n")]
    [InlineData("IRQ raise\n")]
    [InlineData("IRQ raise x\n")]
    [InlineData("IRQ raise 20 \n")]
    [InlineData("IRQ wiggle 20\n")]
    public void What_the_protocol_does_not_have_ends_the_connection_and_is_told(string line)
    {
        using var peer = new QtestPeer();
        Task<ulong> read = Task.Run(() => peer.Client.Read("inl"u8, 2));
        peer.ReadLine();
        peer.Answer(line);
        Assert.Equal(ulong.MaxValue, Wait(read));
        Assert.Contains($"\"{line.TrimEnd('\n')}\"", Wait(peer.Client.Gone), StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_without_end_ends_the_connection()
    {
        using var peer = new QtestPeer();
        peer.Answer(new string('x', 64 * 1024));
        Assert.Contains("too long", Wait(peer.Client.Gone), StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_end_reads_are_all_ones_and_writes_vanish()
    {
        using var peer = new QtestPeer();
        Task<ulong> waiting = Task.Run(() => peer.Client.Read("inl"u8, 2));
        peer.ReadLine();
        peer.HangUp();

        Assert.Equal(ulong.MaxValue, Wait(waiting));
        Assert.Equal("ended", Wait(peer.Client.Gone));
        Assert.Equal(ulong.MaxValue, peer.Client.Read("inl"u8, 2));
        Assert.Null(peer.Client.ReadMemory(0x1000, 4));
        peer.Client.Post("outl"u8, 2, 2);
    }

    [Fact]
    public void Who_is_held_up_sending_is_let_go_when_the_connection_ends()
    {
        using var peer = new QtestPeer();
        uint written = 0;
        var writer = Task.Run(() =>
        {
            // Nobody reads: the socket fills, and the writer waits.
            for (; !peer.Client.Gone.IsCompleted; Interlocked.Increment(ref written)) peer.Client.Post("outl"u8, 2, written);
        });
        Assert.True(Testbed.WaitUntil(() =>
        {
            uint before = Volatile.Read(ref written);
            Thread.Sleep(300);
            return before > 0 && before == Volatile.Read(ref written);
        }));
        Assert.False(writer.IsCompleted);
        peer.Answer("FAIL\n");
        Assert.True(writer.Wait(Testbed.Patience));
    }

    [Fact]
    public void A_question_that_is_not_answered_in_time_does_not_spoil_the_next_one()
    {
        using var peer = new QtestPeer();
        Assert.Throws<TimeoutException>(() => peer.Client.InterceptInterrupts(TimeSpan.FromMilliseconds(20)));
        peer.Answer("OK\n");
        var answerer = Task.Run(() =>
        {
            Assert.Equal("irq_intercept_in ioapic", peer.ReadLine());
            Assert.Equal("inl 0x2", peer.ReadLine());
            peer.Answer("OK 0x0000000000000005\n");
        });
        Assert.Equal(5u, peer.Client.Read("inl"u8, 2));
        Wait(answerer);
    }

    [Fact]
    public void Writes_of_one_thread_arrive_in_order_and_many_of_them_do_not_stall()
    {
        // 30,000 is more than QEMU's socket holds of unread answers (about 9,000).
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        const uint vet = 0x38; // VLAN Ether Type: a register that keeps what is written
        for (uint i = 1; i <= 30_000; i++)
        {
            registers.WriteUInt32(vet, i);
            if (i % 5000 == 0) Assert.Equal(i, registers.ReadUInt32(vet));
        }
    }

    [Fact]
    public void Accesses_of_several_threads_keep_each_threads_order()
    {
        // Each thread has an entry of the e1000's VLAN filter table (section 13.5.3) for itself.
        using QemuMachine machine = Testbed.Start();
        RegisterWindow registers = machine.Registers();
        Parallel.For(0, 4, thread =>
        {
            uint entry = 0x5600 + (4 * (uint)thread);
            for (uint i = 0; i < 1000; i++)
            {
                registers.WriteUInt32(entry, i);
                registers.WriteUInt32(entry, (i << 8) | (uint)thread);
                Assert.Equal((i << 8) | (uint)thread, registers.ReadUInt32(entry));
            }
        });
    }

    private static T Wait<T>(Task<T> task) => task.WaitAsync(Testbed.Patience).GetAwaiter().GetResult();

    private static void Wait(Task task) => task.WaitAsync(Testbed.Patience).GetAwaiter().GetResult();
}
