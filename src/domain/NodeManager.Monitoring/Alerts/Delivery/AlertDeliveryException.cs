namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>A sink did not take an alert. The message holds no address and no secret.</summary>
public sealed class AlertDeliveryException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The receiver refuses this alert for what it contains: after a few attempts it is dropped, and the next one is sent.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>The receiver says when to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
