using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Protobuf;

/// <summary>Decodes pod statuses. Source: https://github.com/kubernetes/api/blob/master/core/v1/generated.proto</summary>
internal static class PodStatusWire
{
    /// <param name="isFull">False omits addresses and the QoS class.</param>
    public static PodStatus Read(ReadOnlySpan<byte> message, bool isFull)
    {
        var status = new PodStatus();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    status.Phase = reader.SharedOrNull();
                    break;
                case 2:
                    status.Conditions = reader.Add(
                        status.Conditions,
                        static condition => MetaWire.ReadCondition(condition, hasHeartbeat: false)
                    );
                    break;
                case 3:
                    status.Message = reader.SharedOrNull();
                    break;
                case 4:
                    status.Reason = reader.SharedOrNull();
                    break;
                case 5 when isFull:
                    status.HostIP = reader.SharedOrNull();
                    break;
                case 6 when isFull:
                    status.PodIP = reader.SharedOrNull();
                    break;
                case 7:
                    status.StartTime = WireFields.ReadTime(reader.Bytes);
                    break;
                case 8:
                    status.ContainerStatuses = reader.Add(status.ContainerStatuses, ReadContainerStatus);
                    break;
                case 9 when isFull:
                    status.QosClass = reader.SharedOrNull();
                    break;
                case 10:
                    status.InitContainerStatuses = reader.Add(status.InitContainerStatuses, ReadContainerStatus);
                    break;
                case 11:
                    status.NominatedNodeName = reader.SharedOrNull();
                    break;
                case 14:
                    status.Resize = reader.SharedOrNull();
                    break;
            }
        }

        return status;
    }

    private static ContainerStatus ReadContainerStatus(ReadOnlySpan<byte> message)
    {
        var container = new ContainerStatus();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    container.Name = reader.Shared();
                    break;
                case 2:
                    container.State = ReadState(reader.Bytes);
                    break;
                case 3:
                    container.LastState = ReadState(reader.Bytes);
                    break;
                case 4:
                    container.Ready = reader.IsTrue();
                    break;
                case 5:
                    container.RestartCount = (int)reader.Value;
                    break;
                case 9:
                    container.Started = reader.IsTrue();
                    break;
                case 10:
                    container.AllocatedResources = reader.AddEntry(container.AllocatedResources, WireFields.ReadQuantity);
                    break;
                case 11:
                    container.Resources = PodWire.ReadResources(reader.Bytes);
                    break;
            }
        }

        return container;
    }

    private static ContainerState ReadState(ReadOnlySpan<byte> message)
    {
        var state = new ContainerState();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    state.Waiting = ReadWaiting(reader.Bytes);
                    break;
                case 2:
                    state.Running = ReadRunning(reader.Bytes);
                    break;
                case 3:
                    state.Terminated = ReadTerminated(reader.Bytes);
                    break;
            }
        }

        return state;
    }

    private static ContainerStateWaiting ReadWaiting(ReadOnlySpan<byte> message)
    {
        var state = new ContainerStateWaiting();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    state.Reason = reader.SharedOrNull();
                    break;
                case 2:
                    state.Message = reader.SharedOrNull();
                    break;
            }
        }

        return state;
    }

    private static ContainerStateRunning ReadRunning(ReadOnlySpan<byte> message)
    {
        var state = new ContainerStateRunning();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    state.StartedAt = WireFields.ReadTime(reader.Bytes);
                    break;
            }
        }

        return state;
    }

    private static ContainerStateTerminated ReadTerminated(ReadOnlySpan<byte> message)
    {
        var state = new ContainerStateTerminated();
        var reader = new WireReader(message);
        while (reader.Read())
        {
            switch (reader.FieldNumber)
            {
                case 1:
                    state.ExitCode = (int)reader.Value;
                    break;
                case 2:
                    state.Signal = reader.IntegerOrNull();
                    break;
                case 3:
                    state.Reason = reader.SharedOrNull();
                    break;
                case 4:
                    state.Message = reader.SharedOrNull();
                    break;
                case 6:
                    state.FinishedAt = WireFields.ReadTime(reader.Bytes);
                    break;
            }
        }

        return state;
    }
}
