namespace NodeManager.Core.Sessions;

/// <summary>
/// Objects that live with a session (object caches, provider clients, alert state): one for each type, created on first use and disposed
/// with the session. Thread-safe.
/// </summary>
internal sealed class SessionFeatures
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Type, Lazy<object>> _known = [];

    // In the order of completion: a feature that uses another one is completed after it.
    private readonly List<object> _created = [];
    private bool _isClosed;

    /// <summary>The feature of this type. Concurrent callers wait for its creation. The next call retries a failed creation.</summary>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public T Get<T>(Func<T> create)
        where T : class
    {
        Lazy<object> feature;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(NodeManagerSession));
            if (!_known.TryGetValue(typeof(T), out feature!))
                _known[typeof(T)] = feature = new(() => Add(create()));
        }

        try
        {
            return (T)feature.Value;
        }
        catch
        {
            lock (_gate)
            {
                if (_known.GetValueOrDefault(typeof(T)) == feature)
                    _known.Remove(typeof(T));
            }

            throw;
        }
    }

    /// <summary>Disposes all features in reverse order of creation.</summary>
    /// <param name="failed">Receives each failure; the other features are disposed as well.</param>
    public void Close(Action<Exception> failed)
    {
        object[] created;
        lock (_gate)
        {
            _isClosed = true;
            created = [.. _created];
            _created.Clear();
            _known.Clear();
        }

        foreach (IDisposable feature in created.Reverse().OfType<IDisposable>())
        {
            try
            {
                feature.Dispose();
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }

    private object Add(object feature)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _created.Add(feature);
                return feature;
            }
        }

        // The session ended during the creation, so no one else disposes the feature.
        (feature as IDisposable)?.Dispose();
        throw new ObjectDisposedException(nameof(NodeManagerSession));
    }
}
