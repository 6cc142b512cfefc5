using System.Buffers.Text;
using System.Text;

namespace Nonpaged.Machines.Qemu;

/// <summary>One thread's question to QEMU and its answer. Each thread keeps one and uses it again.</summary>
internal sealed class QtestAnswer
{
    private readonly object _lock = new();
    private bool _wantsText;
    private volatile bool _done;

    /// <summary>Which command of its connection this is, counted from 1.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>An answer came, or none will.</summary>
    public bool IsDone => _done;

    /// <summary>An answer came; otherwise the hardware went away.</summary>
    public bool Arrived { get; private set; }

    /// <summary>The number answered; all ones where the hardware is gone, as a bus reads that nobody drives.</summary>
    public ulong Number { get; private set; }

    /// <summary>The text answered, where it was wanted; null where the hardware is gone.</summary>
    public string? Text { get; private set; }

    /// <summary>Prepares for the answer to the command with this number.</summary>
    public void Expect(ulong sequence, bool wantsText)
    {
        Absent();
        Sequence = sequence;
        _wantsText = wantsText;
        _done = false;
    }

    /// <summary>What a question gets that cannot be asked any more.</summary>
    public QtestAnswer Absent()
    {
        Arrived = false;
        Number = ulong.MaxValue;
        Text = null;
        return this;
    }

    /// <summary>The answer is here.</summary>
    public void Arrive(ReadOnlySpan<byte> value)
    {
        Arrived = true;
        if (_wantsText) Text = Encoding.ASCII.GetString(value);
        else if (value.StartsWith("0x"u8) && Utf8Parser.TryParse(value[2..], out ulong number, out _, 'x')) Number = number;
        Finish();
    }

    /// <summary>No answer will come.</summary>
    public void Vanish() => Finish();

    /// <summary>Waits for either.</summary>
    public bool Wait(TimeSpan limit)
    {
        lock (_lock)
        {
            while (!_done)
            {
                if (!Monitor.Wait(_lock, limit)) return _done;
            }

            return true;
        }
    }

    private void Finish()
    {
        lock (_lock)
        {
            _done = true;
            Monitor.Pulse(_lock);
        }
    }
}
