namespace Nonpaged.Ndis;

/// <summary>A request of a <see cref="DriverDevice"/> that has no answer yet.</summary>
/// <param name="What">For the message of a failure.</param>
/// <param name="Target">Where the data goes.</param>
internal sealed record PendingRequest(string What, Memory<byte> Target)
{
    // What waits for an answer must not run on the thread that reads answers.
    private readonly TaskCompletionSource<int> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<int> Answer => _answer.Task;

    public void Complete(DeviceResponseHeader header, ReadOnlySpan<byte> data)
    {
        if (header.Status == NTSTATUS.STATUS_CANCELLED)
        {
            _answer.TrySetCanceled();
        }
        else if ((int)header.Status < 0 && header.Status != NTSTATUS.STATUS_BUFFER_OVERFLOW)
        {
            var status = (NDIS_STATUS)header.Status;
            string name = Enum.IsDefined(header.Status) ? $"{header.Status} (0x{(uint)header.Status:X8})" : status.Describe();
            _answer.TrySetException(new DeviceException($"{What} failed: {name}.", header.Status));
        }
        else
        {
            data[..Math.Min(data.Length, Target.Length)].CopyTo(Target.Span);
            _answer.TrySetResult((int)Math.Min(header.Information, int.MaxValue));
        }
    }

    public void Fail(Exception exception) => _answer.TrySetException(exception);
}
