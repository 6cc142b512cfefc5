using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// The objects in drivers' memory that threads wait for: events, mutexes, semaphores, timers, threads. What a wait takes of
/// them, and what signals them, happens under one lock.
/// </summary>
internal sealed unsafe class Dispatcher(Waits waits)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<nint, CallContext> _held = [];

    /// <summary>So many objects one call can wait for (MAXIMUM_WAIT_OBJECTS).</summary>
    public const uint MostObjects = 64;

    /// <summary>Signals an event. Gives the state before.</summary>
    public int SetEvent(KEVENT* one) => Signal(&one->Header, 1);

    /// <summary>Ends an event's being signalled. Gives the state before.</summary>
    public int ResetEvent(KEVENT* one)
    {
        lock (_gate)
        {
            int before = one->Header.SignalState;
            one->Header.SignalState = 0;
            return before;
        }
    }

    /// <summary>Sets an object's state and wakes those that wait for it. Gives the state before.</summary>
    public int Signal(DISPATCHER_HEADER* header, int state)
    {
        int before;
        lock (_gate)
        {
            before = header->SignalState;
            header->SignalState = state;
        }

        if (state > 0) waits.Wake();
        return before;
    }

    /// <summary>Adds to a semaphore's count; null, and nothing changes, where that would be above its limit.</summary>
    public int? ReleaseSemaphore(KSEMAPHORE* semaphore, int adjustment)
    {
        int before;
        lock (_gate)
        {
            before = semaphore->Header.SignalState;
            if (adjustment <= 0 || (long)before + adjustment > semaphore->Limit) return null;
            semaphore->Header.SignalState = before + adjustment;
        }

        waits.Wake();
        return before;
    }

    /// <summary>
    /// Gives a mutex back once. Gives the state before, which is 0 where it is free now; null where the thread does not hold it.
    /// </summary>
    public int? ReleaseMutex(KMUTANT* mutex)
    {
        int before;
        lock (_gate)
        {
            if (mutex->OwnerThread == 0 || mutex->OwnerThread != CurrentThread.Address) return null;
            before = mutex->Header.SignalState++;
            if (mutex->Header.SignalState == 1)
            {
                mutex->OwnerThread = 0;
                _held.Remove((nint)mutex);
            }
        }

        waits.Wake();
        return before;
    }

    /// <summary>
    /// Waits for one of several objects, or for all, and takes what a wait takes of them: STATUS_WAIT_0 and the object's
    /// index, 0 for all of them, or STATUS_TIMEOUT.
    /// </summary>
    /// <param name="context">Who waits.</param>
    /// <param name="objects">The objects: <see cref="IsObject"/> accepts each.</param>
    /// <param name="all">Waits for all of them, which are taken at once.</param>
    /// <param name="time">How long; zero looks once; null is without end.</param>
    public uint Wait(CallContext context, nint[] objects, bool all, TimeSpan? time)
    {
        int taken = -1;
        nint thread = CurrentThread.Address;
        bool TryTake()
        {
            lock (_gate) taken = all ? TakeAll(context, objects, thread) : TakeOne(context, objects, thread);
            return taken >= 0;
        }

        return TryTake() || (time != TimeSpan.Zero && waits.Wait(context, time, TryTake)) ? (uint)taken : NtStatus.Timeout;
    }

    /// <summary>Whether an address is that of an object that was initialized.</summary>
    public static bool IsObject(DISPATCHER_HEADER* header) => header != null && header->Type switch
    {
        DISPATCHER_HEADER.NotificationEvent or DISPATCHER_HEADER.SynchronizationEvent => header->IsOf(sizeof(KEVENT)),
        DISPATCHER_HEADER.Mutant => header->IsOf(sizeof(KMUTANT)),
        DISPATCHER_HEADER.Semaphore => header->IsOf(sizeof(KSEMAPHORE)),
        DISPATCHER_HEADER.Thread => header->IsOf(sizeof(KTHREAD)),
        DISPATCHER_HEADER.NotificationTimer or DISPATCHER_HEADER.SynchronizationTimer => header->IsOf(sizeof(KTIMER)),
        _ => false,
    };

    /// <summary>How many mutexes a thread holds.</summary>
    public int HeldBy(nint thread)
    {
        lock (_gate) return _held.Keys.Count(mutex => ((KMUTANT*)mutex)->OwnerThread == thread);
    }

    /// <summary>Forgets the mutexes that a driver took and did not give back. Gives their addresses.</summary>
    public nint[] Forget(Driver driver)
    {
        lock (_gate)
        {
            nint[] left = [.. _held.Where(one => ReferenceEquals(one.Value.Driver, driver)).Select(one => one.Key)];
            foreach (nint mutex in left) _held.Remove(mutex);
            return left;
        }
    }

    private int TakeOne(CallContext context, nint[] objects, nint thread)
    {
        for (int index = 0; index < objects.Length; index++)
        {
            if (!IsSignalled(objects[index], thread)) continue;
            Take(context, objects[index], thread);
            return index;
        }

        return -1;
    }

    private int TakeAll(CallContext context, nint[] objects, nint thread)
    {
        foreach (nint one in objects)
        {
            if (!IsSignalled(one, thread)) return -1;
        }

        foreach (nint one in objects) Take(context, one, thread);
        return 0;
    }

    private static bool IsSignalled(nint one, nint thread)
    {
        var header = (DISPATCHER_HEADER*)one;
        return header->SignalState > 0
            || (header->Type == DISPATCHER_HEADER.Mutant && ((KMUTANT*)one)->OwnerThread == thread);
    }

    private void Take(CallContext context, nint one, nint thread)
    {
        var header = (DISPATCHER_HEADER*)one;
        switch (header->Type)
        {
            case DISPATCHER_HEADER.SynchronizationEvent or DISPATCHER_HEADER.SynchronizationTimer:
                header->SignalState = 0;
                break;
            case DISPATCHER_HEADER.Semaphore:
                header->SignalState--;
                break;
            case DISPATCHER_HEADER.Mutant:
                header->SignalState--;
                ((KMUTANT*)one)->OwnerThread = thread;
                CollectionsMarshal.GetValueRefOrAddDefault(_held, one, out _) = context;
                break;
            default:
                break;
        }
    }
}
