using System.Runtime.CompilerServices;
using NodeManager.Core.Errors;
using NodeManager.Core.Sessions;

namespace NodeManager.Core.Operations;

/// <summary>
/// Runs every operation on a cluster: it ends with the caller's token or with the session, and fails only with <see
/// cref="NodeManagerException"/>, or with <see cref="OperationCanceledException"/> if the caller cancelled.
/// </summary>
public static class ClusterOperation
{
    public static async Task<T> RunAsync<T>(
        NodeManagerSession session,
        object? target,
        Func<ClusterConnection, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken
    )
    {
        ClusterConnection connection = session.Connection();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed, cancellationToken);
        try
        {
            return await work(connection, linked.Token);
        }
        catch (Exception exception) when (Replacement(exception, session, target, cancellationToken) is { } error)
        {
            throw error;
        }
        catch (Exception exception) when (IsCutOff(exception, cancellationToken))
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
    }

    public static async IAsyncEnumerable<T> StreamAsync<T>(
        NodeManagerSession session,
        object? target,
        Func<ClusterConnection, CancellationToken, IAsyncEnumerable<T>> work,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ClusterConnection connection = session.Connection();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed, cancellationToken);
        await using IAsyncEnumerator<T> items = work(connection, linked.Token).GetAsyncEnumerator(linked.Token);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
            }
            catch (Exception exception) when (Replacement(exception, session, target, cancellationToken) is { } error)
            {
                throw error;
            }
            catch (Exception exception) when (IsCutOff(exception, cancellationToken))
            {
                throw new OperationCanceledException(exception.Message, exception, cancellationToken);
            }

            yield return items.Current;
        }
    }

    // A failure during a cancellation is a consequence of it.
    private static bool IsCutOff(Exception exception, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested && exception is not (NodeManagerException or OperationCanceledException);

    /// <summary>The translated error; null if it is already translated, or if the caller cancelled.</summary>
    public static NodeManagerException? Replacement(
        Exception exception,
        NodeManagerSession session,
        object? target,
        CancellationToken cancellationToken
    ) =>
        cancellationToken.IsCancellationRequested || exception is NodeManagerException ? null
        : session.State != NodeManagerSessionState.Connected ? Disconnected(session, target, exception)
        : ErrorTranslator.Translate(exception, session.Cluster, session.Server, target);

    /// <summary>SessionClosed: the session ended while it was in use, which is not a cancellation by the caller.</summary>
    public static NodeManagerException Disconnected(NodeManagerSession session, object? target = null, Exception? cause = null) =>
        new(
            ErrorIds.SessionClosed,
            ErrorKind.OperationStopped,
            $"The session to '{session.Cluster}' was disconnected while it was in use.",
            target ?? session,
            "Connect again with Connect-NodeManager.",
            cause
        );
}
