namespace NodeManager.Core.Maintenance.Running;

/// <summary>A step of a node's maintenance failed.</summary>
internal sealed class NodeFailedException(string message, Exception? cause = null) : Exception(message, cause);
