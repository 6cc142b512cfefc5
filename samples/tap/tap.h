/* What the driver and its programs agree on. Numbers and bytes alone: the driver is compiled against ndis.h, a program against ndisdevice.h. */
#ifndef TAP_H
#define TAP_H

#define TAP_DEVICE_TYPE 0x22 /* FILE_DEVICE_UNKNOWN */
#define TAP_FUNCTION_ADDRESS 0x800    /* out: 6 bytes */
#define TAP_FUNCTION_LINK 0x801       /* in: 4 bytes, 0 for down and 1 for up */
#define TAP_FUNCTION_STATISTICS 0x802 /* out: struct tap_statistics */

struct tap_statistics {
    unsigned long long to_program;   /* frames that protocols sent and a program read */
    unsigned long long from_program; /* frames that a program wrote and protocols got */
    unsigned long long dropped;      /* frames that protocols sent while the queue was full or the link down */
    unsigned long long queued;       /* frames that wait for a read */
};

enum { TAP_HEADER = 14, TAP_LONGEST_FRAME = 1514 };

#endif
