// SPDX-License-Identifier: MIT
// ns3 COUNT PREFIX: COUNT datagrams of 450 bytes from one node through a second to a third, the second one captures.
// What a simulator of packets, without the programs that send them, takes for a datagram.
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <string>

using namespace ns3;

int main(int, char **argv) {
    uint32_t count = std::stoul(argv[1]);
    NodeContainer nodes;
    nodes.Create(3);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("10Gbps"));
    link.SetChannelAttribute("Delay", StringValue("50us"));
    NetDeviceContainer left = link.Install(nodes.Get(0), nodes.Get(1)), right = link.Install(nodes.Get(1), nodes.Get(2));
    InternetStackHelper().Install(nodes);
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.0.1.0", "255.255.255.0");
    addresses.Assign(left);
    addresses.SetBase("10.0.2.0", "255.255.255.0");
    Ipv4InterfaceContainer there = addresses.Assign(right);
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    UdpServerHelper(5060).Install(nodes.Get(2));
    UdpClientHelper client(there.GetAddress(1), 5060);
    client.SetAttribute("MaxPackets", UintegerValue(count));
    client.SetAttribute("Interval", TimeValue(MicroSeconds(76)));
    client.SetAttribute("PacketSize", UintegerValue(450));
    client.Install(nodes.Get(0));
    link.EnablePcap(argv[2], left.Get(1), true, true);
    Simulator::Run();
    Simulator::Destroy();
}
