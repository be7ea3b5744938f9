namespace NodeManager.Kubernetes.Watching;

/// <summary>One change that a watch saw.</summary>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object);
