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
                    status.ContainerStatuses = reader.Add(status.ContainerStatuses, new(), ReadContainerStatus);
                    break;
                case 9 when isFull:
                    status.QosClass = reader.SharedOrNull();
                    break;
                case 10:
                    status.InitContainerStatuses = reader.Add(status.InitContainerStatuses, new(), ReadContainerStatus);
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

    private static void ReadContainerStatus(ContainerStatus container, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                container.Name = reader.Shared();
                break;
            case 2:
                container.State = reader.Fill(new ContainerState(), ReadState);
                break;
            case 3:
                container.LastState = reader.Fill(new ContainerState(), ReadState);
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
                container.Resources = reader.Fill(new ResourceRequirements(), PodWire.ReadResources);
                break;
        }
    }

    private static void ReadState(ContainerState state, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                state.Waiting = reader.Fill(new ContainerStateWaiting(), ReadWaiting);
                break;
            case 2:
                state.Running = reader.Fill(new ContainerStateRunning(), ReadRunning);
                break;
            case 3:
                state.Terminated = reader.Fill(new ContainerStateTerminated(), ReadTerminated);
                break;
        }
    }

    private static void ReadWaiting(ContainerStateWaiting state, ref WireReader reader)
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

    private static void ReadRunning(ContainerStateRunning state, ref WireReader reader)
    {
        switch (reader.FieldNumber)
        {
            case 1:
                state.StartedAt = WireFields.ReadTime(reader.Bytes);
                break;
        }
    }

    private static void ReadTerminated(ContainerStateTerminated state, ref WireReader reader)
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
            case 5:
                state.StartedAt = WireFields.ReadTime(reader.Bytes);
                break;
            case 6:
                state.FinishedAt = WireFields.ReadTime(reader.Bytes);
                break;
        }
    }
}
