// Which user owns the other end of a TCP connection within this machine: Linux's sock_diag(7), which needs no privilege.
#ifndef UV_TASK_SOCKET_OWNER_H
#define UV_TASK_SOCKET_OWNER_H
#include "shim.h"

#ifdef __linux__
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

// A socket for uv_task_peer_owner, which exec closes; or -1.
static inline int uv_task_open_diagnosis(void) {
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
}

// One end of a TCP connection. An IPv4 address is in the first of the four words, however the socket names it.
struct uv_task_end {
    uint8_t family;
    uint16_t port;  // in network byte order, as the address
    uint32_t address[4];
};

static inline bool uv_task_is_mapped(const uint32_t *address) {
    return address[0] == 0 && address[1] == 0 && address[2] == htonl(0xFFFF);
}

static inline struct uv_task_end uv_task_end(uint8_t family, uint16_t port, const uint32_t *address) {
    struct uv_task_end end = {.family = family, .port = port};
    if (family == AF_INET6 && !uv_task_is_mapped(address)) {
        memcpy(end.address, address, sizeof end.address);
    } else {
        end.family = AF_INET;
        end.address[0] = address[family == AF_INET6 ? 3 : 0];
    }
    return end;
}

static inline bool uv_task_same_end(struct uv_task_end one, struct uv_task_end other) {
    return one.family == other.family && one.port == other.port
        && memcmp(one.address, other.address, sizeof one.address) == 0;
}

// The end that getsockname or getpeername returns. False if it fails: getpeername does once the connection is reset.
static inline bool uv_task_read_end(
    int socket, int (*name)(int, struct sockaddr *, socklen_t *), struct uv_task_end *end) {
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } address;
    socklen_t size = sizeof address;
    if (name(socket, &address.any, &size) < 0) return false;
    if (address.any.sa_family == AF_INET) {
        *end = uv_task_end(AF_INET, address.four.sin_port, &address.four.sin_addr.s_addr);
    } else if (address.any.sa_family == AF_INET6) {
        *end = uv_task_end(AF_INET6, address.six.sin6_port, address.six.sin6_addr.s6_addr32);
    } else {
        return false;
    }
    return true;
}

// The user in an answer about the socket from `peer` to `local`; -1 if the answer describes another socket, or unknown.
static inline int64_t uv_task_owner_in(
    const struct inet_diag_msg *answer, struct uv_task_end peer, struct uv_task_end local) {
    const struct inet_diag_sockid *id = &answer->id;
    // Without a socket of exactly these ends the system describes a listener on the port. A socket that is connecting
    // anew may have the ends of a connection whose client has left.
    bool isConnected = answer->idiag_state == TCP_ESTABLISHED || answer->idiag_state == TCP_FIN_WAIT1
        || answer->idiag_state == TCP_FIN_WAIT2;
    // A socket that its process has closed has no inode, and its user is reported as 0.
    bool isOpen = answer->idiag_inode != 0;
    bool isPeer = uv_task_same_end(uv_task_end(answer->idiag_family, id->idiag_sport, id->idiag_src), peer)
        && uv_task_same_end(uv_task_end(answer->idiag_family, id->idiag_dport, id->idiag_dst), local);
    return isConnected && isOpen && isPeer && answer->idiag_uid != (uint32_t)-1 ? (int64_t)answer->idiag_uid : -1;
}

// The user whose process has the other end of a connection open; -1 if unknown. Never blocks: the system answers within
// the call that asks.
//
// number: of the question, different from that of the previous one.
static inline int64_t uv_task_peer_owner(int diagnosis, uint32_t number, int socket) {
    struct uv_task_end local, peer, after;
    if (!uv_task_read_end(socket, getsockname, &local) || !uv_task_read_end(socket, getpeername, &peer)) return -1;
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST,
                   .nlmsg_seq = number},
        .request = {.sdiag_family = peer.family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U,
                    .id = {.idiag_sport = peer.port, .idiag_dport = local.port,
                           .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    memcpy(question.request.id.idiag_src, peer.address, sizeof peer.address);
    memcpy(question.request.id.idiag_dst, local.address, sizeof local.address);
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (sendto(diagnosis, &question, sizeof question, MSG_DONTWAIT, (struct sockaddr *)&kernel, sizeof kernel)
        != (ssize_t)sizeof question)
        return -1;
    // Discards answers to earlier questions, which a failed receive has left.
    for (int attempt = 0; attempt < 8; attempt++) {
        struct {
            struct nlmsghdr header;
            struct inet_diag_msg answer;
            char attributes[512];
        } reply;
        struct sockaddr_nl sender = {0};
        socklen_t size = sizeof sender;
        ssize_t length = recvfrom(diagnosis, &reply, sizeof reply, MSG_DONTWAIT, (struct sockaddr *)&sender, &size);
        if (length < 0) return -1;
        if (sender.nl_pid != 0 || (size_t)length < sizeof reply.header || reply.header.nlmsg_seq != number) continue;
        size_t needed = sizeof reply.header + sizeof reply.answer;
        if (reply.header.nlmsg_type != SOCK_DIAG_BY_FAMILY || (size_t)length < needed
            || reply.header.nlmsg_len < needed)
            return -1;
        int64_t user = uv_task_owner_in(&reply.answer, peer, local);
        // If the connection was reset meanwhile, another socket may have its ends.
        return uv_task_read_end(socket, getpeername, &after) ? user : -1;
    }
    return -1;
}

#else

static inline int uv_task_open_diagnosis(void) { return -1; }
static inline int64_t uv_task_peer_owner(int diagnosis, uint32_t number, int socket) { return -1; }

#endif
#endif
