using System.Diagnostics.CodeAnalysis;
using StoreEdge.Linux.Mosquitto;

namespace StoreEdge.Agent.Mqtt;

/// <summary>A message that has its place in the order; its answer is still to come.</summary>
/// <param name="Answer">The broker's, or <see cref="MqttReason.Unanswered"/>; never faults.</param>
internal readonly record struct PendingPublish(Task<MqttReason> Answer);

/// <summary>The time between one birth and the end of its connection. Messages sent in one session arrive in the order in which they were sent.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle nobody asks for holds nothing that needs disposing.")]
internal sealed class LinkSession(MosquittoClient client, bool resumed, int window)
{
    private readonly SemaphoreSlim room = new(window, window);
    private int held;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the broker still held the session of the connection before.</summary>
    public bool Resumed { get; } = resumed;

    /// <summary>How many messages may be unanswered at a time.</summary>
    public int Window { get; } = window;

    /// <summary>Completes when the link has let go of this session; what it had not answered is answered by then.</summary>
    public Task Ended => ended.Task;

    /// <summary>Called by the link alone, once nobody can find this session any more.</summary>
    public void End()
    {
        ended.TrySetResult();
        // Whoever waits for room finds the connection closed.
        if (Interlocked.Exchange(ref held, 0) is > 0 and var rooms) room.Release(rooms);
    }

    /// <summary>Lets nobody send any more, and waits until everything sent is answered. Called by the link alone, before an end in good order.</summary>
    public async Task DrainAsync(CancellationToken patience)
    {
        try
        {
            while (held < Window)
            {
                await room.WaitAsync(patience);
                held++;
            }
        }
        catch (OperationCanceledException)
        {
            // What is not answered by now is sent again on the next connection.
        }
    }

    /// <summary>Waits for room in the window, then hands the message over.</summary>
    public async ValueTask<PendingPublish> SendAsync(MqttMessage message, CancellationToken stop)
    {
        await room.WaitAsync(stop);
        Task<MqttReason> answer;
        try
        {
            answer = client.PublishAsync(message);
        }
        catch (ArgumentException)
        {
            room.Release();
            throw;
        }

        return new(MakeRoomAfter(answer));
    }

    private async Task<MqttReason> MakeRoomAfter(Task<MqttReason> answer)
    {
        var reason = await answer;
        room.Release();
        return reason;
    }
}
